import type { ImportAnswer } from '@city-brain/model'
import Type from 'typebox'
import type { ImportFormat } from '../../registry/import/import-assets.ts'
import { ApiFault } from '../api-fault.ts'
import type { App, AppParts } from '../app.ts'
import { sessionOf } from '../session-guard.ts'
import { answers, ImportBody } from '../wire-schemas.ts'

const formats: Record<string, ImportFormat> = {
  'text/csv': 'csv',
  'application/geo+json': 'geojson',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx'
}

/** Files of assets: twenty thousand rows and some air. */
export const importBytes = 16 * 1_048_576

/** Assets and their devices from a file, whose bytes are the body. */
export function importRoute(app: App, { importAssets }: Pick<AppParts, 'importAssets'>): void {
  app.register((scope, _options, registered) => {
    scope.addContentTypeParser(
      Object.keys(formats),
      { parseAs: 'buffer', bodyLimit: importBytes },
      (_request, body, done) => done(null, body)
    )
    scope.post(
      '/api/assets/import',
      {
        bodyLimit: importBytes,
        schema: {
          tags: ['assets'],
          summary:
            'Import containers (text/csv, .xlsx) or assets (application/geo+json); with a fault nothing is applied',
          consumes: Object.keys(formats),
          querystring: Type.Object(
            { dryRun: Type.Optional(Type.Boolean({ description: 'Only tell what it would change, and its faults' })) },
            { additionalProperties: false }
          ),
          response: answers(ImportBody)
        }
      },
      async (request): Promise<ImportAnswer> => {
        const format = formats[(request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '']
        if (format === undefined || !Buffer.isBuffer(request.body)) {
          throw new ApiFault('bad-request', { path: 'body', expected: `a file as ${Object.keys(formats).join(', ')}` })
        }
        const { dryRun = false } = request.query as { dryRun?: boolean }
        return importAssets({ format, bytes: request.body, dryRun }, sessionOf(request).operator)
      }
    )
    registered()
  })
}
