package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.job.JobLookup;
import java.util.Optional;

/**
 * A job and the account of a node that speaks of it, at one revision.
 *
 * <p>Immutable.
 *
 * @param active the job, if a node has it
 * @param history the job, if it is over
 * @param account the account, if it can be read; a job is also moved without it, because the job's
 *     own document decides
 */
record Held(JobLookup active, JobLookup history, Optional<Account> account) {}
