import type { AssetCollection } from '@city-brain/model'
import type { HealthProblem } from '../health/health.ts'
import type { Registry } from './registry.ts'

/**
 * Gateways whose `entityPrefix` no asset bears: until one is imported all that they report becomes dead letters. No fault of
 * the file, since the assets may come by import; a slip of the pen shows in health.
 */
export function createPrefixProblems({
  assets,
  register
}: Pick<Registry, 'assets' | 'register'>): () => HealthProblem[] {
  let seen: [AssetCollection, ReturnType<Registry['register']>] | undefined
  let problems: HealthProblem[] = []
  return () => {
    const now: typeof seen = [assets(), register()]
    if (seen?.[0] === now[0] && seen[1] === now[1]) return problems
    seen = now
    const [{ features }, { gateways = [] }] = now
    problems = gateways.flatMap(({ id, entityPrefix }) =>
      entityPrefix === undefined || features.some((asset) => asset.id.startsWith(entityPrefix))
        ? []
        : [problemOf(id, entityPrefix)]
    )
    return problems
  }
}

function problemOf(gateway: string, prefix: string): HealthProblem {
  return {
    status: 'degraded',
    text: {
      en: `No asset has an id that begins with ${prefix}, the entityPrefix of gateway ${gateway}: import the assets, or correct devices.yaml`,
      zh: `没有编号以 ${prefix} 开头的设施（网关 ${gateway} 的 entityPrefix）：请导入设施，或更正 devices.yaml`
    }
  }
}
