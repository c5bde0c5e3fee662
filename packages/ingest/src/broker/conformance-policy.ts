import type { Speaker } from '../directory/speaker.ts'
import type { Intake } from '../intake/intake.ts'
import type { BrokerPolicy } from './broker-policy.ts'
import { payloadOf } from './device-policy.ts'

/** No registered id has an underscore. */
export const conformanceName = '_conformance'

/** Refused, so that a suite sees a refusal: one name in the suite's documentation, the other in its code. */
const refusedFilters = ['test/nosubscribe', 'nosubscribe']

/** Nobody that the city knows: whatever it publishes is on a topic that it has no registration for. */
const nobody: Speaker = {
  id: conformanceName,
  kind: 'gateway',
  source: 'live',
  entities: new Set(),
  commandTopic: undefined,
  channelOf: () => undefined,
  maySubscribe: () => false,
  mayReport: () => false
}

/**
 * Anybody may say and hear anything, so that a suite for MQTT 3.1.1 can be run against the broker. The way of a message is
 * that of all others, to the acknowledgement after the commit: for the city it is one on a wrong topic, counted as rejected
 * and dead-lettered as far as the throttle for those lets it. It is handed on to those who are connected here, who hear
 * nothing of devices: this policy belongs to a broker of its own.
 */
export function createConformancePolicy({ intake, storing }: { intake: Intake; storing: () => boolean }): BrokerPolicy {
  return {
    owner: () => conformanceName,
    authenticate(_client, _username, _password, done) {
      if (storing()) done(null, true)
      else done(Object.assign(new Error('the city can store nothing at the moment'), { returnCode: 3 }), null)
    },
    rate: () => undefined,
    // Below $SYS the library speaks to itself.
    maySubscribe: (_clientId, filter) => !refusedFilters.includes(filter) && !filter.startsWith('$SYS'),
    mayHear: () => true,
    receive(_client, packet, settle) {
      intake.receive(nobody, packet.topic, payloadOf(packet), settle)
      return !packet.topic.startsWith('$SYS')
    }
  }
}
