import type { ASTNode } from '@marcbachmann/cel-js'

/** `offset` is into the expression, from 0. */
export type ExpressionFault = { offset: number; message: string }

/**
 * Functions and methods that a condition may call. Left out on purpose: `matches` (its backtracking has no bound), macros
 * over lists and everything that makes an int, a timestamp or bytes; all numbers here are doubles.
 */
const functions = new Set(['known', 'abs', 'min', 'max'])
const methods = new Set(['startsWith', 'endsWith', 'contains'])
const objects = new Set(['asset', 'previous'])

/**
 * Holds an expression to the part of CEL that rules speak, makes its integer literals doubles in place (so that the
 * offsets in faults stay those of the author's text), and collects the variables that it names.
 */
export function checkLanguage(ast: ASTNode): { names: string[]; fault?: ExpressionFault } {
  const names = new Set<string>()
  let fault: ExpressionFault | undefined
  const refuse = (node: ASTNode, message: string) => {
    fault ??= { offset: node.pos, message }
  }
  const visit = (node: ASTNode): void => {
    switch (node.op) {
      case 'value':
        if (typeof node.args === 'bigint') (node as { args: unknown }).args = Number(node.args)
        else if (typeof node.args === 'object') refuse(node, 'only numbers, texts, true and false may be written here')
        return
      case 'id':
        if (objects.has(node.args)) refuse(node, `write which of its values is meant, as in ${node.args}.NAME`)
        names.add(node.args)
        return
      case '.': {
        const [base, field] = node.args
        if (base.op !== 'id' || !objects.has(base.args)) refuse(node, 'only asset.NAME and previous.NAME have a dot')
        else names.add(`${base.args}.${field}`)
        return
      }
      case 'call': {
        const [name, args] = node.args
        if (!functions.has(name))
          refuse(node, `there is no function ${name} here; there are ${[...functions].join(', ')}`)
        for (const arg of args) {
          if (name === 'known' && arg.op !== 'id' && arg.op !== '.') refuse(arg, 'known() takes the name of a variable')
          visit(arg)
        }
        return
      }
      case 'rcall': {
        const [name, receiver, args] = node.args
        if (!methods.has(name)) refuse(node, `there is no method ${name} here; there are ${[...methods].join(', ')}`)
        visit(receiver)
        for (const arg of args) visit(arg)
        return
      }
      case 'map':
      case '[]':
      case '[?]':
      case '.?':
        refuse(node, 'maps and indexes are not part of the language of rules')
        return
      case '!_':
      case '-_':
        visit(node.args)
        return
      default:
        for (const arg of node.args) visit(arg)
    }
  }
  visit(ast)
  return { names: [...names], ...(fault ? { fault } : {}) }
}
