export { type Controller, createController, type Display } from './controller/index.ts'
