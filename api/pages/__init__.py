"""The pages for the public: their words, the situations they tell of, their templates, style and pictures."""
