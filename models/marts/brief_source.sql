select subject_type, subject_id, section, place, object, object_id
from intermediate.brief_statement
