package workflows

// Version gates by name. A change to a workflow that old histories do not fit
// gets a gate here: a constant with the change's name, asked for with
// workflow.GetVersion where the paths part, and a kept history from before it in
// testdata/histories. A gate goes when no history from before it is left open.
