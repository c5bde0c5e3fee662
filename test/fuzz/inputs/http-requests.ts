import fc from 'fast-check'
import { deepText, jsonText } from './json-text.ts'
import { mutated } from './mutate-bytes.ts'

export type Operation = { method: string; path: string; query: string[]; example?: unknown }

const methods = fc.constantFrom(
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'get',
  'GARBAGE'
)
const strangePath = fc.constantFrom(
  ...[
    '/..%2f..%2fetc/passwd',
    '/../../../../etc/passwd',
    '/assets/../../package.json',
    '/assets/..%5c..%5cpackage.json',
    '//evil.example/'
  ],
  ...[
    '/%',
    '/%c0%ae%c0%ae/',
    '/api/%00',
    '/api/entities/%ff',
    '*',
    'http://evil.example/api/health',
    '/api/',
    '/api',
    '/API/health',
    '/api//health'
  ],
  ...[
    '/index.html/../../x',
    '/.env',
    '/api/openapi.json?x',
    `/${'a'.repeat(9_000)}`,
    `/api/entities/${'x'.repeat(400)}`,
    '/api/live',
    '/api/health;x=1'
  ]
)
const segment = fc.oneof(
  fc.constantFrom(
    'det-1',
    'bin-1',
    '__proto__',
    'constructor',
    '%00',
    '..',
    '%2e%2e%2f',
    '1e9',
    '-1',
    '%F0%9F%92%A9',
    '%ED%A0%80',
    "'--"
  ),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => escape(text))
)
const value = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    '-1',
    '0',
    '1e308',
    '9007199254740993',
    'NaN',
    'true',
    '[]',
    'null',
    '2026-05-04T08:00:00Z',
    '2026-05-05T08:00:00Z',
    '2026-02-30T00:00:00Z'
  ),
  fc.constantFrom(
    'det-1',
    'intensity',
    '__proto__',
    'constructor',
    '%00',
    '%ED%A0%80',
    '%',
    'PT1H',
    '60',
    "1' OR '1'='1"
  ),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => escape(text))
)

const headerLines = (cookie: string, origin: string) =>
  fc.record({
    cookie: fc.oneof(
      { weight: 4, arbitrary: fc.constant(cookie) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '',
          'city_brain_session=x',
          `city_brain_session=${'y'.repeat(5_000)}`,
          '=;;=',
          'city_brain_session=%00',
          '__proto__=1'
        )
      }
    ),
    origin: fc.constantFrom(origin, origin, 'http://evil.example', 'null', ''),
    type: fc.constantFrom(
      'application/json',
      'application/json',
      'application/json; charset=utf-16',
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      '',
      'garbage',
      '__proto__'
    ),
    more: fc.array(
      fc.constantFrom(
        ...[
          'upgrade: websocket\r\nconnection: upgrade',
          'expect: 100-continue',
          'accept: \u0000',
          'if-none-match: "',
          'range: bytes=0-99999999999',
          'accept-encoding: br;q=x, *'
        ],
        ...[
          'host: evil.example',
          'x-forwarded-proto: javascript',
          'x-forwarded-host: a b',
          'content-encoding: gzip',
          'transfer-encoding: gzip',
          `x-long: ${'z'.repeat(20_000)}`
        ],
        ...[
          'bad header',
          ': empty',
          'x-http-method-override: DELETE',
          'sec-fetch-site: cross-site',
          '__proto__: x',
          'content-length: 5'
        ]
      ),
      { maxLength: 2 }
    )
  })

const body = fc.oneof(
  { weight: 4, arbitrary: fc.constant(Buffer.alloc(0)) },
  { weight: 6, arbitrary: jsonText.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: deepText.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.constantFrom(70_000, 1_000_000).map((size) => Buffer.alloc(size, '[')) }
)

/** Requests as bytes: of the API's own operations and of none, with parts that no client would send. */
export function anyRequest(operations: readonly Operation[], cookie: string, origin: string): fc.Arbitrary<Buffer> {
  const target = fc.constantFrom(...operations).chain(({ method, path, query, example }) =>
    fc.record({
      method: fc.oneof({ weight: 5, arbitrary: fc.constant(method) }, { weight: 1, arbitrary: methods }),
      path: fc.array(segment, { minLength: 3, maxLength: 3 }).map((all) => {
        const rest = [...all]
        return path.replace(/\{[^}]*\}/g, () => rest.pop() ?? '')
      }),
      query: fc.array(
        fc.tuple(
          fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...query, 'x') }, { weight: 1, arbitrary: segment }),
          value
        ),
        { maxLength: 5 }
      ),
      body: example === undefined ? body : fc.oneof(body, mutated(fc.constant(Buffer.from(JSON.stringify(example)))))
    })
  )
  const strange = fc.record({ method: methods, path: strangePath, query: fc.constant<[string, string][]>([]), body })
  const request = fc
    .tuple(
      fc.oneof({ weight: 6, arbitrary: target }, { weight: 1, arbitrary: strange }),
      headerLines(cookie, origin),
      fc.ipV4(),
      fc.oneof(
        { weight: 9, arbitrary: fc.constant<number | string>('right') },
        { weight: 1, arbitrary: fc.constantFrom<number | string>(-1, '1e3', 'abc', 99_999_999, 0) }
      )
    )
    .map(([{ method, path, query, body: content }, { cookie: jar, origin: from, type, more }, address, length]) => {
      const search = query.length === 0 ? '' : `?${query.map(([key, text]) => `${key}=${text}`).join('&')}`
      const head = [
        `${method} ${path}${search} HTTP/1.1`,
        `host: ${new URL(origin).host}`,
        // Whoever is behind the proxy: so that not one address makes all requests.
        `x-forwarded-for: ${address}`,
        ...(jar === '' ? [] : [`cookie: ${jar}`]),
        ...(from === '' ? [] : [`origin: ${from}`]),
        ...(type === '' || content.length === 0 ? [] : [`content-type: ${type}`]),
        ...(content.length === 0 && length === 'right'
          ? []
          : [`content-length: ${length === 'right' ? content.length : length}`]),
        ...more,
        'connection: close'
      ]
      return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), content])
    })
  return fc.oneof({ weight: 9, arbitrary: request }, { weight: 1, arbitrary: mutated(request) })
}
