import { describeErrors, type ErrorCode } from '@city-brain/model'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../log.ts'
import { RegistryFault } from '../registry/registry-fault.ts'
import { ApiFault } from './api-fault.ts'

/** Faults that Fastify finds before a handler runs, by their codes; any other below 500 is a bad request. */
const codes: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_JSON_BODY: 'not-json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'not-json'
}

/** Faults of sibling packages by their `code`, so that the server need not know their classes. */
export type FaultCodes = (error: unknown) => ErrorCode | undefined

/** One shape for every error of the API, whoever found it. What was not foreseen is logged, and told to nobody. */
export function createErrorHandler({ log, faultCodes }: { log: Log; faultCodes: FaultCodes }) {
  return (error: FastifyError | ApiFault, request: FastifyRequest, reply: FastifyReply) => {
    const fault = toFault(error, faultCodes)
    if (fault.code === 'internal') {
      log('error', 'A request failed', {
        method: request.method,
        route: request.routeOptions.url,
        error: error.stack ?? String(error)
      })
    }
    if (fault.retryAfter !== undefined) reply.header('retry-after', fault.retryAfter)
    return reply.code(fault.status).send(fault.toJSON())
  }
}

function toFault(error: FastifyError | ApiFault, faultCodes: FaultCodes): ApiFault {
  if (error instanceof ApiFault) return error
  if (error instanceof RegistryFault) {
    const { code, message, path } = error
    return new ApiFault(code, { message, ...(path === undefined ? {} : { path }) })
  }
  if ('validation' in error && error.validation) {
    const [first] = describeErrors(error.validation as Parameters<typeof describeErrors>[0])
    return new ApiFault('bad-request', {
      path: `${error.validationContext ?? 'body'}${first?.path ?? ''}`,
      ...(first ? { expected: first.message } : {})
    })
  }
  const known = faultCodes(error) ?? codes[error.code]
  if (known) return new ApiFault(known)
  return new ApiFault(error.statusCode !== undefined && error.statusCode < 500 ? 'bad-request' : 'internal')
}
