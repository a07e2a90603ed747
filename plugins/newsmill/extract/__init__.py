"""Raw record -> ordered typed blocks and metadata: HTML pages, text dumps and Markdown, each to the same thing."""
