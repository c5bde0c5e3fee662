/** The one place that reads the environment. Secrets come from here and go no further than the adapter that needs them. */
export type Environment = {
  influx: { token?: string; organisation?: string; bucket?: string; username?: string; password?: string }
}

export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  const given = (name: string) => (variables[name] ? variables[name] : undefined)
  return {
    influx: {
      token: given('INFLUX_TOKEN'),
      organisation: given('INFLUX_ORG'),
      bucket: given('INFLUX_BUCKET'),
      username: given('INFLUX_USERNAME'),
      password: given('INFLUX_PASSWORD')
    }
  }
}
