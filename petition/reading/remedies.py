"""What an operator does about a question: the file is mended, never the reading."""

REMEDIES = {
    "ambiguous_hyphen": "write the word whole, with its hyphen or without, in one line",
    "between_demands": "put the paragraph before the demands or after them, or into the demand that it belongs to",
    "columns": "put what stands side by side into lines of its own, one below the other, with single spaces",
    "duplicate": "take one of the two lines out, or let them differ",
    "empty_row": "take the number out, or write the name behind it",
    "footnote_mark": "take the mark out of the name",
    "forbidden_character": "type the line anew, without the character",
    "forbidden_name": "type the name anew: it begins with a letter, a digit or a quotation mark",
    "individual": "only organisations are listed: take people out; if it is an organisation, put it below a heading "
    "that says “Organisations signed by:”",
    "inline_list": "put each demand on a line of its own, behind a number or a bullet",
    "mixed_markers": "demands are one list with one kind of marker: write what is nested into its demand",
    "no_date": "write the date on a line of its own near the top",
    "no_demands": "put a number or a bullet before each demand",
    "no_signatories": "put the list below a heading such as “Signed by:”",
    "no_title": "put the title first, with a blank line below it",
    "not_placed": "take the line out, or move it to where it belongs; a heading ends with a colon",
    "nothing_follows": "put a number or a bullet before each line that the paragraph announces",
    "number_gap": "number the rows from 1 on, none left out",
    "number_repeated": "number the rows from 1 on through all lists, each number once",
    "section_before_list": "move the section behind the list, or begin its first line with other words",
    "several_in_one_row": "put each organisation on a line of its own",
    "too_many_countries": "print fewer countries in the line",
    "uncertain_join": "put both lines into one, or a blank line between them; a row of its own gets its own marker",
    "unknown_marker": "take the sign out, or mark all items of the list in the same way, in order",
}
