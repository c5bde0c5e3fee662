import { errorCatalogue } from '@city-brain/model'

type Schema = {
  type?: string | string[]
  description?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
}
type Operation = {
  summary?: string
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[]
  requestBody?: { content?: { 'application/json'?: { schema?: Schema } } }
}
export type OpenApi = { paths: Record<string, Record<string, Operation>> }

/** docs/api.md from the OpenAPI document that the server serves. */
export function describeApi({ paths }: OpenApi): string {
  const lines = [
    '# HTTP API',
    '',
    'Made from `/api/openapi.json`, which has the shapes of all answers. Times are RFC 3339 in UTC, `every` is in seconds. Everything needs a session but what is marked public; requests that change something must come from the console’s own origin. Webhooks show a gateway’s secret instead: [feeds.md](feeds.md#webhooks). The WebSocket that keeps a map current: [live.md](live.md).',
    ''
  ]
  for (const [path, operations] of Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const [method, operation] of Object.entries(operations)) {
      lines.push(`## ${method.toUpperCase()} ${path}`, '', operation.summary ?? '', '')
      const rows = [
        ...(operation.parameters ?? [])
          .filter((parameter) => parameter.in !== 'header')
          .map(
            ({ name, in: place, required, schema, description }) =>
              [name, place, schema, required, description] as const
          ),
        ...Object.entries(operation.requestBody?.content?.['application/json']?.schema?.properties ?? {}).map(
          ([name, schema]) =>
            [
              name,
              'body',
              schema,
              operation.requestBody?.content?.['application/json']?.schema?.required?.includes(name),
              undefined
            ] as const
        )
      ]
      if (rows.length === 0) continue
      lines.push('| parameter | in | type | |', '| --- | --- | --- | --- |')
      for (const [name, place, schema, required, description] of rows) {
        const words = [required ? 'required' : '', description ?? schema?.description ?? ''].filter(Boolean).join('; ')
        lines.push(`| \`${name}\` | ${place} | ${typeOf(schema)} | ${words} |`)
      }
      lines.push('')
    }
  }
  lines.push(
    '## Errors',
    '',
    'Every error has the body `{ code, message, path?, expected? }`. The message is that of the table, or a more exact one: go by the code.',
    ''
  )
  lines.push('| code | status | message |', '| --- | --- | --- |')
  for (const [code, { status, message }] of Object.entries(errorCatalogue))
    lines.push(`| \`${code}\` | ${status} | ${message} |`)
  return `${lines.join('\n')}\n`
}

function typeOf(schema: Schema | undefined): string {
  if (!schema) return ''
  if (schema.enum) return schema.enum.map(String).join(' \\| ')
  if (schema.const !== undefined) return String(schema.const)
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' \\| ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`
  return String(schema.type ?? 'any')
}
