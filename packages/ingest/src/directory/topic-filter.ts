/**
 * Whether every topic that `wanted` matches is matched by `allowed` too [MQTT-4.7]: a speaker may subscribe to any part of
 * what it was given, and to nothing beyond.
 */
export function filterCovers(allowed: string, wanted: string): boolean {
  // A filter that starts with a wildcard matches no topic that starts with `$` [MQTT-4.7.2-1].
  if (wanted.startsWith('$') && /^[+#]/.test(allowed)) return false
  const wide = allowed.split('/')
  const narrow = wanted.split('/')
  for (let i = 0; i < wide.length; i++) {
    if (wide[i] === '#') return i === wide.length - 1
    if (i >= narrow.length || narrow[i] === '#') return false
    if (wide[i] !== '+' && wide[i] !== narrow[i]) return false
  }
  return wide.length === narrow.length
}
