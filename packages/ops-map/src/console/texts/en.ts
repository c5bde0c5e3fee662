/** Texts of the operators' console. */
export const consoleEn = {
  product: 'City brain'
}
