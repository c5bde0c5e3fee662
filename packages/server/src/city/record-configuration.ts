import type { ConfigurationRecord, Journal } from '@city-brain/model'

/** Appends a `registry` or `rule-set` entry where the configuration is not the one that the journal has as its newest. */
export async function recordConfiguration(
  journal: Journal,
  kind: 'registry' | 'rule-set',
  record: ConfigurationRecord
): Promise<boolean> {
  const [newest] = await journal.readBack({ kinds: [kind], limit: 1 })
  if (newest?.payload.hash === record.hash) return false
  await journal.append([{ kind, entity: '', source: 'system', payload: record }])
  return true
}
