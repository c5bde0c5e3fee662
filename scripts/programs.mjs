import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './pnpm.mjs'

/** The system programs that tests use, by the Debian package that brings them. */
const programs = {
  chromium: 'chromium',
  faketime: 'faketime',
  mosquitto: 'mosquitto',
  mosquitto_pub: 'mosquitto-clients',
  openssl: 'openssl',
  'paho for Python': 'python3-paho-mqtt',
  strace: 'strace'
}

/** Debian's Python need not be the first on the path. */
function hasPaho() {
  return ['/usr/bin/python3', 'python3'].some(
    (python) => spawnSync(python, ['-c', 'import paho.mqtt.client'], { stdio: 'ignore' }).status === 0
  )
}

function onPath(program) {
  if (program === 'paho for Python') return hasPaho()
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'].some((folder) => existsSync(join(folder, program)))
}

/** On Debian as root installs what is missing; elsewhere names it, and the tests that need it are skipped (with CI=true: fail). */
export async function bringPrograms() {
  const missing = Object.keys(programs).filter((program) => !onPath(program))
  if (missing.length === 0) return
  const packages = missing.map((program) => programs[program])
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    console.log(`Installing ${packages.join(', ')} for the tests …`)
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    }
    await run('apt-get', ['update', '-qq'], options)
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options)
  }
  for (const program of missing) {
    if (!onPath(program))
      console.log(`${program} is not installed (Debian package ${programs[program]}): tests that need it are skipped.`)
  }
}
