//! The program's entry: hands the words of the command line to the library.

fn main() {}
