/** Tries an expectation until it holds, for at most ten seconds; then it fails with what it last said. */
export async function eventually(expectation: () => unknown, timeout = 10_000): Promise<void> {
  const deadline = performance.now() + timeout
  for (;;) {
    try {
      await expectation()
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise((wake) => setTimeout(wake, 25))
    }
  }
}
