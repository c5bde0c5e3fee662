/** The one place that reads the environment. Secrets come from here and go no further than the adapter that needs them. */
export type Environment = {
  influx: { token?: string; organisation?: string; bucket?: string; username?: string; password?: string }
  /** The value of a variable that the city's files name, where it is set. */
  secret?: (variable: string) => string | undefined
  /** File descriptor of a pipe that whoever started the city holds open while it lives. */
  parentPipe?: number
}

export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  const given = (name: string) => (variables[name] ? variables[name] : undefined)
  const parentPipe = given('CITY_BRAIN_PARENT_PIPE')
  return {
    secret: given,
    ...(parentPipe === undefined ? {} : { parentPipe: Number(parentPipe) }),
    influx: {
      token: given('INFLUX_TOKEN'),
      organisation: given('INFLUX_ORG'),
      bucket: given('INFLUX_BUCKET'),
      username: given('INFLUX_USERNAME'),
      password: given('INFLUX_PASSWORD')
    }
  }
}
