select distinct subject_type, subject_id, section, place, sentence, occurred_on
from intermediate.brief_statement
