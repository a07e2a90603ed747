"""Blocks to text: cut and change what is not the article, and keep a row of each cut and change."""
