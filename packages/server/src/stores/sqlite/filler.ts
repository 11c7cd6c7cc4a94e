/**
 * What stands before a text in its row, as SQL: so many zeros that no byte of the text is in the page of the row itself,
 * and all of it in overflow pages.
 *
 * SQLite moves rows from page to page to balance its trees, and leaves old copies of what it moved in the unused part
 * of a page, which `secure_delete` does not reach: a delete would leave fragments of the text behind. Overflow pages
 * belong to one row, are never moved, and are overwritten when the row goes. At most this much of a row of a
 * `WITHOUT ROWID` table stays in its own page (SQLite's file format, 1.6).
 */
export const filler = 'zeroblob((SELECT page_size * 64 / 255 + 1 FROM pragma_page_size))'
