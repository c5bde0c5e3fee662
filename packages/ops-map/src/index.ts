export { formatAge, formatElapsed, formatSpan, type Span, spanOf } from './format/age.ts'
