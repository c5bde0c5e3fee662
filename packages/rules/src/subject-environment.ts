import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import type { Subject } from './rule-file.ts'
import { subjectVariables, type Variable, type VariableType } from './subject-variables.ts'

const celTypes: Record<VariableType, string> = {
  number: 'double',
  text: 'string',
  boolean: 'bool',
  list: 'list<string>'
}

/** The CEL environment of a subject, against which conditions are checked: its variables with their types, and the few functions that rules have. */
export function subjectEnvironment(subject: Subject): Environment {
  const { own, asset, previous } = subjectVariables(subject)
  const environment = new Environment({ unlistedVariablesAreDyn: false, limits: { maxAstNodes: 2_000, maxDepth: 100 } })
    .registerType('AssetValues', { fields: fieldsOf(asset) })
    .registerVariable('asset', 'AssetValues')
    .registerFunction('abs(double): double', Math.abs)
    .registerFunction('min(double, double): double', Math.min)
    .registerFunction('max(double, double): double', Math.max)
    .registerFunction('known(ast): bool', knownMacro)
  if (previous.length > 0) {
    environment
      .registerType('PreviousValues', { fields: fieldsOf(previous) })
      .registerVariable('previous', 'PreviousValues')
  }
  for (const { name, type } of own) environment.registerVariable(name, celTypes[type])
  return environment
}

function fieldsOf(variables: readonly Variable[]): Record<string, string> {
  return Object.fromEntries(variables.map(({ name, type }) => [name, celTypes[type]]))
}

type Checker = { check(node: ASTNode, context: unknown): unknown; getType(name: string): unknown }
type Evaluator = { run(node: ASTNode, context: unknown): unknown }

/** `known(temperature)`: whether the value is there. CEL's own `has()` takes fields only, not variables. */
function knownMacro({ args }: { args: ASTNode[] }) {
  const [named] = args as [ASTNode]
  return {
    async: false,
    typeCheck(checker: Checker, _macro: unknown, context: unknown) {
      checker.check(named, context)
      return checker.getType('bool')
    },
    evaluate(evaluator: Evaluator, _macro: unknown, context: unknown): boolean {
      try {
        return evaluator.run(named, context) !== undefined
      } catch {
        return false
      }
    }
  }
}
