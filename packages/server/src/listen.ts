import { StartFault } from './start-fault.ts'

/**
 * Begins to listen, and says in one line why that is not possible.
 * @param ports what is listened on: the number, and by what it is chosen
 */
export async function listen<T>(ports: ReadonlyMap<number, string>, begin: () => Promise<T>): Promise<T> {
  try {
    return await begin()
  } catch (error) {
    const { code, port = 0 } = error as NodeJS.ErrnoException & { port?: number }
    const choice = ports.get(port) ?? 'the options'
    switch (code) {
      case 'EADDRINUSE':
        throw new StartFault(`Port ${port} is taken by another program. Choose another with ${choice}.`)
      case 'EACCES':
        throw new StartFault(`You may not listen on port ${port}. Choose one above 1023 with ${choice}.`)
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
      case 'EINVAL':
        throw new StartFault(`This machine has no such address to listen on. Give one of its own with --host.`)
      default:
        throw error
    }
  }
}
