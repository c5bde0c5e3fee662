import { expect, test } from 'vitest'
import { allowances, createAttemptLimit } from './attempt-limit.ts'
import { networkOf } from './network-of.ts'

function createLimit() {
  let now = 0
  const limit = createAttemptLimit({ clock: { now: () => now, monotonic: () => now } })
  const failUntilThrottled = (device: string, address: string) => {
    let failures = 0
    for (; limit.admits(device, address) && failures < 10_000; failures++) limit.failed(device, address)
    return failures
  }
  return {
    ...limit,
    failUntilThrottled,
    wait: (milliseconds: number) => {
      now += milliseconds
    }
  }
}

test('a name is tried from one address a few times, and then once every ten seconds', () => {
  const limit = createLimit()
  expect(limit.failUntilThrottled('bin-1', '192.0.2.1')).toBe(allowances.pair.burst)
  limit.wait(9_999)
  expect(limit.admits('bin-1', '192.0.2.1')).toBe(false)
  limit.wait(1)
  expect(limit.failUntilThrottled('bin-1', '192.0.2.1')).toBe(1)
})

test('others who hammer a device do not keep it out, neither from elsewhere nor from behind the same router', () => {
  const limit = createLimit()
  limit.succeeded('bin-1', '192.0.2.7')
  for (let i = 0; i < 300; i++) limit.failUntilThrottled('bin-1', `198.51.100.${i}`)
  expect(limit.admits('bin-1', '192.0.2.7')).toBe(true)
  expect(limit.admits('bin-1', '192.0.2.99')).toBe(true)
  // A neighbour tries other names until the address is throttled.
  for (let i = 0; i < 200; i++) limit.failUntilThrottled(`guess-${i}`, '192.0.2.7')
  expect(limit.admits('bin-2', '192.0.2.7')).toBe(false)
  expect(limit.admits('bin-1', '192.0.2.7')).toBe(true)
})

test('an address has an allowance for all names together, and gets it back', () => {
  const limit = createLimit()
  let looked = 0
  for (let i = 0; i < 1_000; i++) looked += limit.failUntilThrottled(`guess-${i}`, '192.0.2.1')
  expect(looked).toBe(allowances.address.burst)
  limit.wait(allowances.address.burst * allowances.address.every)
  expect(limit.admits('never-tried', '192.0.2.1')).toBe(true)
})

test('a name that is tried from everywhere is looked at once from each new address', () => {
  const limit = createLimit()
  for (let i = 0; i < allowances.device.burst / allowances.pair.burst; i++) {
    expect(limit.failUntilThrottled('bin-1', `10.0.0.${i}`)).toBe(allowances.pair.burst)
  }
  expect(limit.failUntilThrottled('bin-1', '10.0.1.1')).toBe(1)
  expect(limit.failUntilThrottled('bin-2', '10.0.1.1')).toBe(allowances.pair.burst)
})

test('right secrets are never limited', () => {
  const limit = createLimit()
  for (let i = 0; i < 10_000; i++) {
    expect(limit.admits(`device-${i}`, '192.0.2.1')).toBe(true)
    limit.succeeded(`device-${i}`, '192.0.2.1')
  }
})

test('what is remembered of strangers is bounded', () => {
  const limit = createLimit()
  limit.failUntilThrottled('bin-1', '192.0.2.1')
  for (let i = 0; i < 20_000; i++) limit.failed(`device-${i}`, `address-${i}`)
  // Forgotten: the only way to tell from outside that not everything is kept.
  expect(limit.admits('bin-1', '192.0.2.1')).toBe(true)
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:2:0::', '2001:db8:0:2::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  [undefined, 'unknown']
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
