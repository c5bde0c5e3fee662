/** A change of the registry that cannot be made, in words for whoever asked for it. */
export class RegistryFault extends Error {
  override readonly name = 'RegistryFault'
  readonly code: 'not-found' | 'conflict' | 'bad-request' | 'wrong-credentials'
  /** The field that is wrong. */
  readonly path?: string

  constructor(code: RegistryFault['code'], message: string, path?: string) {
    super(message)
    this.code = code
    if (path !== undefined) this.path = path
  }
}
