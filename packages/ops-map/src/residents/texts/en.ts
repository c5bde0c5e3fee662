/** Texts of the residents' page. */
export const residentsEn = {
  title: 'Parking now'
}
