package deploy

type logGroupInputs struct {
	Name            string
	RetentionInDays int
	Tags            ignored
}

func (m *monitor) logGroup(in logGroupInputs) (string, outputs, error) {
	m.plan.LogGroups = append(m.plan.LogGroups, LogGroup{Name: in.Name, RetentionDays: in.RetentionInDays})
	return in.Name, outputs{"arn": m.arn("logs", "log-group:"+in.Name)}, nil
}

// arn is the ARN of a thing of this region and account.
func (m *monitor) arn(service, rest string) string {
	return "arn:aws:" + service + ":" + m.region + ":" + AccountID + ":" + rest
}
