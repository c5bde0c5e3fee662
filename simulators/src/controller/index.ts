export { type Controller, createController } from './controller.ts'
export type { Display } from './timetable.ts'
