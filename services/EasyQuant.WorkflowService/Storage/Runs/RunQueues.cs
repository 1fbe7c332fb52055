namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>How the queue is read: one queue for each project and target, found by skipping through the index.</summary>
internal static class RunQueues
{
    /// <summary>Queues that one statement looks at; more at a time wait for their turn.</summary>
    public const string CountMax = "1000";

    /// <summary>Common table expression <c>queues(project_id, target)</c> for a statement that begins <c>with recursive</c>; one look into the index a queue.</summary>
    public const string Cte =
        """
        queues as (
            (select project_id, target from workflow.runs where state = 1 order by project_id, target limit 1)
            union all
            select n.project_id, n.target from queues q cross join lateral (
                select project_id, target from workflow.runs r where state = 1 and (r.project_id, r.target) > (q.project_id, q.target)
                order by project_id, target limit 1) n
        )
        """;
}
