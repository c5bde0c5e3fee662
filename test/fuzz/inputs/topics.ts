import fc from 'fast-check'

const level = fc.oneof(
  fc.constantFrom(
    ...[
      'city',
      'lumen',
      'waste',
      'traffic',
      'signal',
      'bin-1',
      'det-1',
      'int-1',
      'obs',
      'status',
      'ack',
      'spat',
      'cmd'
    ],
    ...[
      '+',
      '#',
      '',
      '$SYS',
      '$share',
      '..',
      '%2f',
      '__proto__',
      'constructor',
      'toString',
      'a+',
      '#b',
      'OBS',
      'bin-1 ',
      '桶',
      '\ud800',
      '\u0000',
      '\ufeff'
    ]
  ),
  fc.string({ unit: 'binary', maxLength: 12 })
)

/** Topics and filters of all kinds; a `/` may stand in a level too. */
export const anyTopic: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: fc.array(level, { maxLength: 8 }).map((levels) => levels.join('/')) },
  { weight: 2, arbitrary: fc.array(level, { minLength: 15, maxLength: 60 }).map((levels) => levels.join('/')) },
  { weight: 1, arbitrary: fc.nat(60_000).map((length) => `city/${'x'.repeat(length)}`) }
)
