using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using BatchEngine.Domain;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>The staging column of an input column that is copied: it comes out with the type, unit, precision and nullability that it came in with.</summary>
internal static class CarriedFields
{
    /// <summary>The column, as the units hold it.</summary>
    /// <param name="column">Read to be copied, or read alike for a feature.</param>
    /// <param name="index">Its index in the units.</param>
    /// <param name="type">What its file says.</param>
    public static OutputField Of(InputColumn column, int index, StoredType type)
    {
        var present = column.IsNullable ? index : -1;
        OutputField field = (type.Form, type.IsUnsigned) switch
        {
            (StoredForm.Bool, _) => new ValueField<bool>(FieldOf<bool>(column), (unit, target) =>
                TensorPrimitives.ConvertTruncating<long, byte>(unit.Columns[index].Integers, MemoryMarshal.Cast<bool, byte>(target)), present),
            (StoredForm.Float, _) => new ValueField<float>(FieldOf<float>(column), (unit, target) => unit.Columns[index].Floats.CopyTo(target), present),
            (StoredForm.Double, _) => new ValueField<double>(FieldOf<double>(column), (unit, target) => unit.Columns[index].Doubles.CopyTo(target), present),
            (StoredForm.Int32, false) => new ValueField<int>(FieldOf<int>(column), (unit, target) =>
                TensorPrimitives.ConvertTruncating<long, int>(unit.Columns[index].Integers, target), present),
            (StoredForm.Int32, true) => new ValueField<uint>(FieldOf<uint>(column), (unit, target) =>
                TensorPrimitives.ConvertTruncating<long, int>(unit.Columns[index].Integers, MemoryMarshal.Cast<uint, int>(target)), present),
            (StoredForm.Int64, false) => new ValueField<long>(FieldOf<long>(column), (unit, target) => unit.Columns[index].Integers.CopyTo(target), present),
            (StoredForm.Int64, true) => new ValueField<ulong>(FieldOf<ulong>(column), (unit, target) =>
                MemoryMarshal.Cast<long, ulong>(unit.Columns[index].Integers).CopyTo(target), present),
            (StoredForm.Bytes, _) => new TextField(FieldOf<byte[]>(column), index),
            (StoredForm.Int96, _) => new FixedBytesField(FieldOf<byte[]>(column), index, type.Form, FixedBytesField.Int96Bytes),
            _ => new FixedBytesField(FieldOf<byte[]>(column), index, type.Form, type.Length),
        };
        field.Described = type;
        return field;
    }

    private static DataField FieldOf<T>(InputColumn column) => new(column.Name, typeof(T), column.IsNullable);
}
