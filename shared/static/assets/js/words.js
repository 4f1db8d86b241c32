// How the values of a book read.

export const year = (number) => (number === null ? "Year unknown" : number < 0 ? `${-number} BC` : String(number));

export const stars = (rating) => "★".repeat(rating) + "☆".repeat(5 - rating);

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

export const FIELD_NAMES = {
  title: "Title",
  author: "Author",
  category: "Category",
  published_year: "Year",
  rating: "Rating",
  description: "Description",
};
