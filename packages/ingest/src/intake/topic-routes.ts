import { hash } from 'node:crypto'
import { topicMatches } from '@city-brain/model'
import type { Directory } from '../directory/directory.ts'
import type { Speaker } from '../directory/speaker.ts'
import type { CompiledFeed } from '../feeds/compiled-feed.ts'
import { first52Bits } from '../pipeline/deduplicate.ts'
import type { Route } from '../pipeline/message.ts'

/** Topics that are remembered of one speaker: a device has four, a gateway one for each of its devices. */
const remembered = 5_000

/** What is known of a speaker's topics, worked out at its first message there. */
export function createTopicRoutes(directory: Directory, feeds: readonly CompiledFeed[]) {
  /** Whoever is revoked and registered again is another speaker, and what was known of the first goes with it. */
  const bySpeaker = new WeakMap<Speaker, Map<string, Route>>()

  const workOut = (speaker: Speaker, topic: string): Route => {
    const channel = speaker.channelOf(topic)
    return {
      topic,
      channel,
      // The first that matches, in the order of the files.
      feed: channel === 'telemetry' ? feeds.find((feed) => topicMatches(feed.topic, topic)) : undefined,
      salt: first52Bits(hash('sha256', `${speaker.id}\n${topic}`, 'hex')),
      heard: channel !== undefined && directory.heard(topic)
    }
  }

  return (speaker: Speaker, topic: string): Route => {
    let routes = bySpeaker.get(speaker)
    if (routes === undefined) {
      routes = new Map()
      bySpeaker.set(speaker, routes)
    }
    let route = routes.get(topic)
    if (route === undefined) {
      route = workOut(speaker, topic)
      // Wrong topics can be without end.
      if (route.channel === undefined) return route
      if (routes.size >= remembered) routes.clear()
      routes.set(topic, route)
    }
    return route
  }
}
