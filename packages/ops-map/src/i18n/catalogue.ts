/**
 * A catalogue in Chinese has every key of the English one except its singulars: Chinese has one form of number (`_other`).
 * A missing or an unknown key does not compile.
 */
export type ChineseOf<English> = { [K in keyof English as K extends `${string}_one` ? never : K]: string }
