/** The parts of a schema error that we read; the same for TypeBox and for any JSON Schema validator. */
type SchemaError = {
  keyword: string
  instancePath: string
  message: string
  params: Record<string, unknown>
}

/** A schema error for people: where, and what was expected there. One for each place, the most telling first. */
export function describeErrors(errors: readonly SchemaError[]): { path: string; message: string }[] {
  const places = new Map<string, string>()
  // An object's unknown properties appear twice, once at the property ("schema is false"): keep the words that name it.
  const known = errors.filter((error) => error.keyword !== 'boolean')
  for (const error of known) {
    const described = describe(error)
    for (const { path, message } of described) if (!places.has(path)) places.set(path, message)
  }
  // A union says first what each of its members wanted, then that none matched; the first is the telling one.
  return [...places].map(([path, message]) => ({ path, message }))
}

function describe(error: SchemaError): { path: string; message: string }[] {
  const { keyword, instancePath: path, params } = error
  if (keyword === 'required' && Array.isArray(params.requiredProperties)) {
    return params.requiredProperties.map((name) => ({ path: `${path}/${name}`, message: 'is missing' }))
  }
  if (keyword === 'additionalProperties' && Array.isArray(params.additionalProperties)) {
    return params.additionalProperties.map((name) => ({ path: `${path}/${name}`, message: 'is not known here' }))
  }
  if (keyword === 'enum' && Array.isArray(params.allowedValues)) {
    return [{ path, message: `must be one of ${params.allowedValues.join(', ')}` }]
  }
  if (keyword === 'const') return [{ path, message: `must be ${JSON.stringify(params.allowedValue)}` }]
  return [{ path, message: error.message }]
}
