import { join } from 'node:path'
import { createHistoryWriter, createLatest, createQuality } from '@city-brain/history'
import { compileFeed, createCommandDelivery, createDirectory, createIngest } from '@city-brain/ingest'
import { openJournal, runView } from '@city-brain/journal'
import type { Clock, View } from '@city-brain/model'
import { createAlarmsView, createRulesView, loadRules, ruleSetRecord } from '@city-brain/rules'
import { createSignalStates, createSignalsView, loadIntersections } from '@city-brain/signals'
import { addressOf } from './addresses.ts'
import { readBrokerCertificate } from './broker-certificate.ts'
import { refuseHalfSalvage, refuseOlderCopy } from './care/refuse-start.ts'
import { canonicalHash } from './city/canonical-hash.ts'
import { describeCity } from './city/describe-city.ts'
import { loadCity } from './city/load-city.ts'
import { recordConfiguration } from './city/record-configuration.ts'
import { createReporters } from './city/reporters.ts'
import { webhooksOf } from './city/webhooks-of.ts'
import { createClosers } from './closers.ts'
import { createControlHandlers } from './control/control-handlers.ts'
import { controlPath } from './control/control-path.ts'
import { startControlServer } from './control/control-server.ts'
import { prepareDataFolder } from './data-folder.ts'
import type { Environment } from './environment.ts'
import { countersOf, createRates } from './health/counters.ts'
import { createHealth, framesHealth, type HealthProblem, historyHealth } from './health/health.ts'
import type { RecordAction } from './http/app.ts'
import { createHttpServer } from './http/create-http-server.ts'
import { faultCodes } from './http/fault-codes.ts'
import { createClaimKeys } from './identity/claim-keys.ts'
import { createClaimLimit } from './identity/claim-limit.ts'
import { createDeviceSecrets } from './identity/device-secrets.ts'
import { openIdentityDatabase } from './identity/identity-database.ts'
import { createOperators } from './identity/operators.ts'
import { createSessions } from './identity/sessions.ts'
import { createSignInLimit } from './identity/sign-in-limit.ts'
import { createJournalAlarmView } from './journal-alarm/journal-alarm-view.ts'
import { watchJournalSpace } from './journal-alarm/watch-journal-space.ts'
import { journalFault } from './journal-fault.ts'
import { listen } from './listen.ts'
import { createActivity } from './live/activity.ts'
import { createDeviceStates } from './live/device-states.ts'
import { createLiveFeed } from './live/live-feed.ts'
import { createLiveView } from './live/live-view.ts'
import type { Log } from './log.ts'
import { openHistory } from './open-history.ts'
import type { Options } from './options.ts'
import { createParkingBoard } from './parking/parking-board.ts'
import { cityAt } from './past/city-at.ts'
import { readPastAlarms } from './past/past-alarms.ts'
import { createClaims } from './registry/claims.ts'
import { createDevices } from './registry/devices.ts'
import { createImportAssets } from './registry/import/import-assets.ts'
import { createPrefixProblems } from './registry/prefix-problems.ts'
import { createRegistry } from './registry/registry.ts'
import { drain, type NamedView, viewProblem } from './running-views.ts'
import { createBackfillMark } from './simulation/backfill-mark.ts'
import { startSimulation } from './simulation/simulation.ts'
import { StartFault } from './start-fault.ts'
import { readBrokers } from './upstream/read-brokers.ts'
import { upstreamBody, upstreamProblem } from './upstream/upstream-problems.ts'

export type RunningCity = {
  name: { en: string; zh: string }
  httpPort: number
  /** 0 where devices speak with TLS only, or to an external broker. */
  mqttPort: number
  mqttTlsPort?: number
  conformancePort?: number
  /** Its address. */
  externalBroker?: string
  /** On the first start only: the first operator with the password that is told this once. */
  firstOperator?: { name: string; password: string }
  /** Stops intake, lets the views come to the end of the journal, keeps their snapshots, closes everything. */
  stop(): Promise<void>
}

export type CompositionOptions = {
  options: Options
  environment: Environment
  clock: Clock
  log: Log
  version: string
  /** Folder of the built map; absent where it was not built. */
  pages?: string
  /** Entry point of the simulators. */
  simulators: string
  /** Tells what is being done, for whoever waits. */
  progress?: (what: string) => void
}

/** Starts a city: the one place that knows all packages. Read it top to bottom. A fault closes again what was opened. */
export async function composeCity(given: CompositionOptions): Promise<RunningCity> {
  const closers = createClosers(given.log)
  try {
    return await compose(given, closers)
  } catch (error) {
    await closers.close()
    throw journalFault(error, given.options.data)
  }
}

async function compose(
  { options, environment, clock, log, version, pages, simulators, progress = () => undefined }: CompositionOptions,
  closers: ReturnType<typeof createClosers>
): Promise<RunningCity> {
  // The city's files, checked whole, before anything is opened.
  const city = await loadCity({ folder: options.city, loadRules, loadIntersections, compileFeed })
  const { assets, register, intersections, ruleSet, feeds } = city
  const brokers = await readBrokers({ folder: options.city, file: city.file, register, environment })
  const certificate = await readBrokerCertificate({ folder: options.city, file: city.file })
  if (options.mqttPort === 'off' && certificate === undefined && brokers.external === undefined) {
    throw new StartFault(
      'With --mqtt-port off no device could connect: city.yaml has neither broker.tls nor an external broker.'
    )
  }
  const data = await prepareDataFolder(options.data)

  // The journal: everything below is a view of it.
  progress('Opening the journal')
  refuseHalfSalvage(data)
  const { journal: limits, historyDays = 400 } = city.file
  const journal = await openJournal({
    folder: join(data, 'journal'),
    clock,
    log,
    limits: {
      ...(limits?.limitGigabytes === undefined ? {} : { limitBytes: limits.limitGigabytes * 1e9 }),
      ...(limits?.readingDays === undefined ? {} : { readingDays: limits.readingDays }),
      ...(limits?.auditDays === undefined ? {} : { auditDays: limits.auditDays }),
      ...(limits?.deadLetterMegabytes === undefined ? {} : { deadLetterBytes: limits.deadLetterMegabytes * 1e6 })
    }
  })
  closers.add('The journal', () => journal.close())
  await recordConfiguration(journal, 'registry', registryRecord({ assets, register, intersections }))
  await recordConfiguration(journal, 'rule-set', ruleSetRecord(ruleSet))
  // What was registered while the city ran, on top of its files: before anything that must know all assets and devices.
  const registry = await createRegistry({ journal, base: { register, assets }, log })

  // Who may sign in, and which devices may speak.
  const database = openIdentityDatabase(data)
  closers.add('identity.db', () => database.close())
  const deviceSecrets = createDeviceSecrets({ database, clock })
  const operators = createOperators({ database, clock })
  const sessions = createSessions({ database, clock })
  const identity = { operators, sessions, deviceSecrets, signInLimit: createSignInLimit({ clock }) }
  const record: RecordAction = async (payload) => {
    const source = `operator:${payload.operator}`
    await journal.append([{ kind: 'operator-action', entity: payload.subject ?? '', source, payload }])
  }

  // The past.
  progress('Opening the history')
  const history = await openHistory({
    options,
    environment,
    folder: join(data, 'history'),
    historyDays,
    // What is too old is told by the journal: a clock that jumps years ahead must not empty the history.
    clock: { now: journal.retentionTime, monotonic: clock.monotonic },
    log
  })
  closers.add('The history store', () => history.close())
  await refuseOlderCopy(journal, history, data)
  const writer = await createHistoryWriter({ journal, store: history, clock, log })
  closers.add('The history writer', () => writer.stop())
  const counters = () => countersOf(journal.tally(), writer.state())

  // The views. What the map shows is one view, so that all of it stands at one offset.
  progress('Reading the journal')
  const controllers = new Map(intersections.map(({ controller, intersection }) => [controller, intersection]))
  const createParts = (startedAt: number) => ({
    latest: createLatest({ assets: registry.assets() }),
    alarms: createAlarmsView(),
    signals: createSignalStates({ intersections }),
    devices: createDeviceStates({ startedAt })
  })
  const live = createParts(journal.head)
  const liveView = createLiveView(live)
  const activity = createActivity()
  const journalAlarm = createJournalAlarmView(city.file.id)
  const views: View[] = [
    liveView,
    activity,
    journalAlarm,
    createQuality({ assets: registry.assets() }),
    createRulesView({ ruleSet, assets: registry.assets(), controllers }),
    createSignalsView({ intersections, assets })
  ]
  const running: NamedView[] = await Promise.all(
    views.map(async (view) => ({ name: view.name, runner: await runView({ journal, view, log }) }))
  )
  closers.add('The views', () => Promise.all(running.map(({ runner }) => runner.stop())))
  closers.add('What is on its way', () => drain({ journal, running, history: writer.state, clock, log }))
  await Promise.all(running.map(({ runner }) => runner.caughtUp)).catch((error: Error) => {
    throw new StartFault(`The journal could not be read to its end: ${error.message}`)
  })
  const space = watchJournalSpace({ journal, due: journalAlarm.due, log })
  closers.add('The alarm of a full journal', () => space.close())

  // The door for devices, and the way to them.
  const directory = createDirectory({ register: registry.register(), assets: registry.assets() })
  registry.onChange((changes) => {
    for (const change of changes) directory.apply(change)
  })
  const mqttPort = options.mqttPort === 'off' ? undefined : options.mqttPort
  const mqttPorts = new Map([
    [options.conformancePort ?? 0, '--mqtt-conformance-port N'],
    [certificate?.tls.port ?? 0, 'broker.tls.port in city.yaml'],
    [mqttPort ?? 0, '--mqtt-port N']
  ])
  const ingest = await listen(mqttPorts, () =>
    createIngest({
      journal,
      clock,
      directory,
      feeds,
      checkCredentials: (username, password) => deviceSecrets.check(username, password),
      host: options.host,
      port: mqttPort,
      ...(certificate === undefined ? {} : { tls: certificate.tls }),
      ...(options.conformancePort === undefined ? {} : { conformancePort: options.conformancePort }),
      brokers,
      log
    })
  )
  closers.add('The broker', () => ingest.close())
  const delivery = await createCommandDelivery({ journal, outlet: ingest.outlet, clock, log })
  closers.add('The delivery of commands', () => delivery.stop())

  // The door for people.
  const rates = createRates({ counters, clock })
  closers.add('The rates', () => rates.close())
  const feed = createLiveFeed({
    view: liveView,
    parts: live,
    epoch: journal.epoch,
    clock,
    rates: rates.read,
    assetsOffset: registry.assetsOffset
  })
  closers.add('The live feed', () => feed.close())
  const problems: (() => HealthProblem[])[] = [
    () => running.flatMap(viewProblem),
    createPrefixProblems(registry),
    () => ingest.upstreams().flatMap(upstreamProblem),
    () => certificate?.problems(clock.now()) ?? []
  ]
  const health = createHealth({
    city: city.file.id,
    version,
    clock,
    journal,
    history: () => historyHealth(history.name, writer.state()),
    broker: () => ({
      connected: ingest.connected(),
      ...(ingest.port > 0 ? { port: ingest.port } : {}),
      upstreams: ingest.upstreams().map(upstreamBody),
      refused: ingest.counts().refusedConnections
    }),
    counters,
    frames: () => framesHealth(ingest.frames()),
    others: () => problems.flatMap((find) => find())
  })
  const description = describeCity(city, ruleSet.rules)
  const replay = async (offsets: readonly number[]) => {
    const replayed = []
    for (const offset of offsets) replayed.push({ offset, ...(await ingest.replayDeadLetter(offset)) })
    return replayed
  }
  const devices = createDevices({
    registry,
    secrets: deviceSecrets,
    connections: ingest,
    latest: live.latest,
    statuses: live.devices,
    now: clock.now
  })
  const claims = createClaims({ registry, keys: createClaimKeys({ database, clock }), secrets: deviceSecrets, clock })
  const importAssets = createImportAssets({ registry, centre: city.file.centre })
  const app = await createHttpServer({
    clock,
    log,
    city: description,
    ...(city.basemap === undefined ? {} : { basemap: city.basemap }),
    identity,
    journal,
    history,
    live,
    feed,
    activity,
    record,
    health,
    parking: createParkingBoard({ assets: registry.assets, latest: live.latest, history, clock, log }),
    registry,
    devices,
    claims,
    claimLimit: createClaimLimit({ clock }),
    importAssets,
    devicesOf: createReporters(registry.register),
    commandsOf: (intersection, limit) =>
      (intersection === undefined ? intersections.map((one) => one.intersection) : [intersection])
        .flatMap((id) => live.signals.commands(id))
        .sort((a, b) => b.offset - a.offset)
        .slice(0, limit),
    pastAlarms: (before, limit) => readPastAlarms({ journal, createAlarmsView, before, limit }),
    at: (time) => cityAt({ time, journal, history, createParts: () => createParts(0), rates: pastRates(time) }),
    replay,
    deliveries: { admit: ingest.admit, receive: ingest.receive, isOpenTo: webhooksOf(register) },
    frames: ingest.frames,
    faultCodes,
    version,
    ...(pages === undefined ? {} : { pages })
  })
  closers.add('The server', () => app.close())
  await listen(new Map([[options.port, '--port N']]), () => app.listen({ host: options.host, port: options.port }))
  const control = await startControlServer({
    path: controlPath(data),
    handlers: createControlHandlers({
      journal,
      history,
      health,
      identity,
      record,
      replay,
      devices,
      claims,
      importAssets
    }),
    log
  })
  closers.add('The control socket', () => control.close())

  function pastRates(time: number) {
    const minute = 60_000
    const [window] = activity.windows(Math.floor(time / minute) * minute, time + 1, minute)
    return { readingsPerSecond: Math.round((window?.readings ?? 0) / 6) / 10, counters: counters() }
  }

  // Devices that are not there in the flesh.
  const speaking = registry.register()
  const simulated = [...(speaking.devices ?? []), ...(speaking.gateways ?? [])].filter((one) => one.simulated)
  if (options.simulate && simulated.length > 0 && ingest.port === 0) {
    const why = brokers.external ? 'secrets of the embedded broker only, and devices speak to another' : 'no TLS'
    log('info', `Nothing is simulated: the simulation has ${why}`)
  } else if (options.simulate && simulated.length > 0) {
    progress('Starting the simulation')
    const mark = createBackfillMark(data)
    const simulation = startSimulation({
      main: simulators,
      city: options.city,
      mqttUrl: `mqtt://${addressOf(options.host)}:${ingest.port}`,
      secrets: deviceSecrets.renewSimulated(simulated.map(({ id }) => id)),
      ...(mark.isDone() ? {} : { backfillHours: 24 }),
      onBackfillDone: () => mark.set(),
      log
    })
    closers.add('The simulation', () => simulation.stop())
    problems.push(() => (simulation.deaths() > 2 || !simulation.isRunning() ? [simulationProblem] : []))
  }

  // Last, when nothing can fail any more: whoever starts it must see the password that is told only once.
  const firstOperator = await operators.ensureFirst()
  const address = app.server.address()
  return {
    name: city.file.name,
    httpPort: typeof address === 'object' && address ? address.port : options.port,
    mqttPort: ingest.port,
    ...(ingest.tlsPort === undefined ? {} : { mqttTlsPort: ingest.tlsPort }),
    ...(ingest.conformancePort === undefined ? {} : { conformancePort: ingest.conformancePort }),
    ...(brokers.external ? { externalBroker: brokers.external.url } : {}),
    ...(firstOperator ? { firstOperator } : {}),
    stop: () => closers.close()
  }
}

function registryRecord(content: Record<string, unknown>) {
  return { hash: canonicalHash(content), content }
}

const simulationProblem: HealthProblem = {
  status: 'degraded',
  text: { en: 'The simulation keeps ending and is started again', zh: '仿真程序反复退出，正在重新启动' }
}
