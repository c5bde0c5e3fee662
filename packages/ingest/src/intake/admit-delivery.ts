import type { AttemptLimit } from '../broker/attempt-limit.ts'
import type { CheckCredentials } from '../broker/authenticate.ts'
import { networkOf } from '../broker/network-of.ts'
import type { RefusalReason, RefusalReport } from '../broker/refusal-report.ts'
import type { Directory } from '../directory/directory.ts'

/** `undefined`: it is who it says it is. */
export type DeliveryRefusal = RefusalReason | undefined

/**
 * Who brings a delivery? The same as at the broker's door: the id and its secret, wrong ones limited by name and address,
 * and told in the log and the audit trail. Whoever is unknown costs as much as a wrong secret, and is told the same.
 */
export function createDeliveryAdmission({
  directory,
  checkCredentials,
  attempts,
  report
}: {
  directory: Directory
  checkCredentials: CheckCredentials
  attempts: AttemptLimit
  report: RefusalReport
}): (gateway: string, secret: Buffer, address: string) => Promise<DeliveryRefusal> {
  return async (gateway, secret, from) => {
    const address = networkOf(from)
    const refuse = (reason: RefusalReason) => {
      report.add({ device: directory.speaker(gateway)?.id, address, reason })
      return reason
    }
    if (!attempts.admits(gateway, address)) return refuse('throttled')
    if (!(await checkCredentials(gateway, secret))) {
      attempts.failed(gateway, address)
      return refuse('wrong-credentials')
    }
    if (directory.speaker(gateway) === undefined) return refuse('not-registered')
    attempts.succeeded(gateway, address)
    return undefined
  }
}
