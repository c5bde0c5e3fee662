import { topicMatches } from '@city-brain/model'
import type { Directory } from '../directory/directory.ts'
import type { Speaker } from '../directory/speaker.ts'

/** A gateway with the topic filters of its registration. */
export type GatewayTopics = { id: string; topics: readonly string[] }

/**
 * Who speaks on a topic, where the topic is all there is to go by: behind an external broker it is that broker's access
 * list that keeps a device to its own topics. A device must be registered with exactly this area and domain. Looked up at
 * every message, since devices come and go while the city runs.
 */
export function createTopicSpeakers({
  directory,
  gateways
}: {
  directory: Directory
  gateways: readonly GatewayTopics[]
}): (topic: string) => Speaker | undefined {
  return (topic) => {
    if (topic.startsWith('city/')) {
      const levels = topic.split('/')
      const speaker = levels.length === 5 ? directory.speaker(levels[3] ?? '') : undefined
      // Its topics but for the channel; what it may not say on them is its own dead letter.
      const prefix = speaker?.commandTopic?.slice(0, -'cmd'.length)
      return prefix !== undefined && topic.startsWith(prefix) ? speaker : undefined
    }
    const gateway = gateways.find(({ topics }) => topics.some((filter) => topicMatches(filter, topic)))
    return gateway && directory.speaker(gateway.id)
  }
}

/** Stands for whoever published what belongs to nobody: all that it says is a dead letter, throttled like any speaker's. */
export function createUnclaimedSpeaker(name: string): Speaker {
  return {
    id: name,
    kind: 'gateway',
    source: 'live',
    entities: new Set(),
    commandTopic: undefined,
    channelOf: () => undefined,
    maySubscribe: () => false,
    mayReport: () => false
  }
}
