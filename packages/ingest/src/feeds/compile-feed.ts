import { attributesOf, checkDocument, Feed, type Problem, type ReadingType, type YamlDocument } from '@city-brain/model'
import { Compile } from 'typebox/compile'
import { compileExpression, type Expression, type WantedType } from './compile-expression.ts'
import type { CompiledFeed } from './compiled-feed.ts'
import { createFeedEnvironment } from './feed-environment.ts'
import { createFeedMapper } from './map-message.ts'

const FeedFile = Compile(Feed)
const environment = createFeedEnvironment()

/** Checks a file of `feeds/` whole: its form, its expressions with line and column, and the names of its attributes. */
export function compileFeed(document: YamlDocument): { feed?: CompiledFeed; problems: Problem[] } {
  const { value: feed, problems: faults } = checkDocument(document, FeedFile)
  if (feed === undefined) return { problems: faults }
  const problems = unknownAttributes(document, feed)
  const fault = faultOfFilter(feed.topic)
  if (fault) problems.push(problemAt(document, '/topic', 'inconsistent', fault))
  const compile = (path: string, text: string, wanted: WantedType): Expression | undefined => {
    const { expression, problem } = compileExpression(environment, document, path, text, wanted)
    if (problem) problems.push(problem)
    return expression
  }
  const each = feed.each === undefined ? undefined : compile('/each', feed.each, 'list')
  const when = feed.when === undefined ? undefined : compile('/when', feed.when, 'condition')
  const entity = compile('/entity', feed.entity, 'text')
  const dateObserved = compile('/dateObserved', feed.dateObserved, 'instant')
  const device = feed.frame && compile('/frame/device', feed.frame.device, 'text')
  const counter = feed.frame && compile('/frame/counter', feed.frame.counter, 'count')
  if (feed.frame && dateObserved?.variables.has('receivedAt')) {
    problems.push(problemAt(document, '/dateObserved', 'inconsistent', repeatsNeedTheirDate))
  }
  const attributes = Object.entries(feed.attributes).map(([name, text]) => ({
    name,
    value: compile(`/attributes/${name}`, text, 'attribute')
  }))
  if (problems.length > 0 || !entity || !dateObserved) return { problems }
  const usable = attributes.flatMap(({ name, value }) => (value ? [{ name, value }] : []))
  const frame = device && counter && { device, counter }
  const map = createFeedMapper({ type: feed.type, each, when, entity, dateObserved, frame, attributes: usable })
  return { feed: { name: feed.feed, topic: feed.topic, type: feed.type, map }, problems: [] }
}

const repeatsNeedTheirDate =
  'with frame it must come from the payload: receivedAt is later for each repeat, and a repeat would look like a new frame'

function unknownAttributes(document: YamlDocument, feed: Feed): Problem[] {
  const known = new Set(attributesOf(feed.type as ReadingType).map(({ name }) => name))
  return Object.keys(feed.attributes)
    .filter((name) => !known.has(name))
    .map((name) =>
      problemAt(document, `/attributes/${name}`, 'unknown-reference', `${feed.type} has no attribute ${name}`)
    )
}

/** [MQTT-4.7.1]: `#` is the whole last level, `+` a whole level. */
function faultOfFilter(filter: string): string | undefined {
  const levels = filter.split('/')
  const wrong = levels.find(
    (level, i) =>
      (level.includes('#') && (level !== '#' || i < levels.length - 1)) || (/\+/.test(level) && level !== '+')
  )
  return wrong === undefined ? undefined : `"${wrong}" is no level of an MQTT topic filter`
}

function problemAt(document: YamlDocument, path: string, code: Problem['code'], message: string): Problem {
  return { file: document.file, ...document.locate(path), path, code, message }
}
