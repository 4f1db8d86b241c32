// What the parts of the page tell each other, so that none of them needs to know the others.
//
//   user            {username} or null: somebody logged in, or nobody is any more
//   saved           a book: changed
//   added           a book
//   hidden, shown   an id: a book that is about to be deleted, or is not after all
//   removed         an id: a book that has been deleted
//   served          the name of the server that answered

const bus = new EventTarget();

export const tell = (name, detail) => bus.dispatchEvent(new CustomEvent(name, { detail }));
export const on = (name, listener) => bus.addEventListener(name, (event) => listener(event.detail));
