package profile

// ProblemTexts shows tests all wordings.
var ProblemTexts = problemTexts
