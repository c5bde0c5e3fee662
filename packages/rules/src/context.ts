/** Values by name; what is absent is undefined. */
export type NamedValues = Readonly<Record<string, unknown>>

/**
 * What a rule is judged by. Fixed in shape and made without copying, since one is made for every reading: `values` are
 * the attributes as they came, `derived` what was made of them; no derived value has the name of an attribute.
 */
export type Context = {
  readonly values: NamedValues
  readonly derived?: NamedValues
  readonly asset?: NamedValues
  readonly previous?: NamedValues
}

/** The value of `flow`, `asset.period` or `previous.temperature`. */
export function valueIn(context: Context, name: string): unknown {
  const dot = name.indexOf('.')
  if (dot === -1) return context.values[name] ?? context.derived?.[name]
  return context[name.slice(0, dot) as 'asset' | 'previous']?.[name.slice(dot + 1)]
}
