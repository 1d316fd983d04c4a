"""The rules of Gomoku, for any square board and any number in a row; nothing about AI."""
