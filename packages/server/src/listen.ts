import { StartFault } from './start-fault.ts'

/** Begins to listen, and says in one line why that is not possible. */
export async function listen<T>(option: '--port' | '--mqtt-port', port: number, begin: () => Promise<T>): Promise<T> {
  try {
    return await begin()
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EADDRINUSE':
        throw new StartFault(`Port ${port} is taken by another program. Choose another with ${option} N.`)
      case 'EACCES':
        throw new StartFault(`You may not listen on port ${port}. Choose one above 1023 with ${option} N.`)
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
      case 'EINVAL':
        throw new StartFault(`This machine has no such address to listen on. Give one of its own with --host.`)
      default:
        throw error
    }
  }
}
