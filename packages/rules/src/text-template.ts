import type { Language } from '@city-brain/model'
import type { SubjectVariables, Variable } from './subject-variables.ts'
import { formatsOf, formatValue, type ValueFormat } from './value-format.ts'

type Placeholder = { name: string; format: ValueFormat }
/** A text with its placeholders, in the order in which they stand. */
export type TextTemplate = readonly (string | Placeholder)[]

/** What a text may name besides the variables of its rule: the entity's name in the reader's language, and its id. */
const alwaysThere = ['asset.name', 'entity']

/** Splits a text at its placeholders, `{name}` or `{name:format}`, and checks each of them. */
export function parseTextTemplate(
  text: string,
  variables: SubjectVariables
): { template: TextTemplate; faults: { offset: number; message: string }[] } {
  const faults: { offset: number; message: string }[] = []
  const template: (string | Placeholder)[] = []
  let end = 0
  for (const match of text.matchAll(/\{([^{}]*)\}|[{}]/g)) {
    const fault = (message: string) => faults.push({ offset: match.index, message })
    template.push(text.slice(end, match.index))
    end = match.index + match[0].length
    const [name = '', format] = match[1]?.split(':') ?? []
    if (match[1] === undefined) {
      fault('a brace stands only around a placeholder, as in {fillingLevel:percent}')
      continue
    }
    const variable = findVariable(name, variables)
    if (!variable) {
      fault(`there is no variable "${name}" to put here`)
      continue
    }
    const formats = formatsOf(variable.type)
    if (format !== undefined && !formats.includes(format as ValueFormat)) {
      fault(`"${name}" is a ${variable.type}: its format may be ${formats.join(', ')}, not "${format}"`)
      continue
    }
    template.push({ name, format: (format ?? formats[0]) as ValueFormat })
  }
  template.push(text.slice(end))
  return { template: template.filter((part) => part !== ''), faults }
}

/** The variables that a text names and that are values of the rule's subject. */
export function namesIn(template: TextTemplate): string[] {
  return template.flatMap((part) => (typeof part === 'string' || alwaysThere.includes(part.name) ? [] : [part.name]))
}

/** The text with the values filled in; an absent one is said to be unknown. */
export function renderText(
  template: TextTemplate,
  language: Language,
  lookUp: (name: string) => number | string | boolean | undefined
): string {
  return template
    .map((part) => (typeof part === 'string' ? part : formatValue(lookUp(part.name), part.format, language)))
    .join('')
}

function findVariable(name: string, { own, asset, previous }: SubjectVariables): Pick<Variable, 'type'> | undefined {
  if (alwaysThere.includes(name)) return { type: 'text' }
  const [object, field] = name.split('.')
  if (field === undefined) return own.find((variable) => variable.name === object)
  const fields = object === 'asset' ? asset : object === 'previous' ? previous : []
  return fields.find((variable) => variable.name === field)
}
