/** The child's half: tells the port, answers with its CPU time, and ends when told to or when its parent is gone. */
export function answerParent(port: number, stop: () => Promise<void>): void {
  const end = async () => {
    await stop()
    process.exit(0)
  }
  process.on('message', (message) => {
    if (message === 'cpu') {
      const { user, system } = process.cpuUsage()
      process.send?.({ kind: 'cpu', microseconds: user + system })
    } else if (message === 'stop') void end()
  })
  process.on('disconnect', () => void end())
  process.send?.({ kind: 'ready', port })
}
