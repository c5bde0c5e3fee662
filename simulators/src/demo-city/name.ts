/** A name in both languages of the city. */
export type Name = { en: string; zh: string }
