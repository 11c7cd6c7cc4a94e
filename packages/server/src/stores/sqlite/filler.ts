/**
 * SQL for the zeros before a text in its row. They fill the page of the row, so that all of the text is in overflow pages.
 *
 * SQLite moves rows between pages to balance its trees, and leaves old copies in the unused part of a page.
 * `secure_delete` does not overwrite those, so a delete would leave fragments of the text. Overflow pages belong to one row,
 * are never moved, and are overwritten when the row is deleted. At most this much of a row of a `WITHOUT ROWID` table stays
 * in its own page (SQLite's file format, 1.6).
 */
export const filler = 'zeroblob((SELECT page_size * 64 / 255 + 1 FROM pragma_page_size))'
